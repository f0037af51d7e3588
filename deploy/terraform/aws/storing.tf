# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

# Every message, answer and memory. No copies by time: what somebody had forgotten would live on in
# them.
resource "aws_dynamodb_table" "table" {
  count        = var.make_table == "yes" ? 1 : 0
  name         = local.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "until"
    enabled        = true
  }
}

# What no worker could end, ten times over; side says so to whoever asked.
resource "aws_sqs_queue" "dead" {
  name                       = "${local.name}-dead.fifo"
  fifo_queue                 = true
  deduplication_scope        = "messageGroup"
  fifo_throughput_limit      = "perMessageGroupId"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = var.worker_timeout + 10
  message_retention_seconds  = 1209600
}

# Messages, in order within their conversation.
resource "aws_sqs_queue" "turns" {
  name                       = "${local.name}-turns.fifo"
  fifo_queue                 = true
  deduplication_scope        = "messageGroup"
  fifo_throughput_limit      = "perMessageGroupId"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = var.worker_timeout + 10
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 10
  })
}

# Signals and guardians. It has no dead letters: an outage would make some of those that keep a
# promise.
resource "aws_sqs_queue" "side" {
  name                       = "${local.name}-side"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = var.worker_timeout + 10
}

# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

output "address" {
  description = "Where platforms reach the assistant."
  value       = var.entry == "FunctionUrl" ? aws_lambda_function_url.ingress[0].function_url : var.entry == "HttpApi" ? aws_apigatewayv2_api.http_api[0].api_endpoint : "https://${aws_api_gateway_rest_api.rest_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/hooks"
}

output "chat" {
  description = "The page of the web chat; its API is below it."
  value       = var.web == "yes" ? aws_lambda_function_url.stream[0].function_url : null
}

output "sockets" {
  description = "The API of WebSockets; browsers say wss:// to it."
  value       = var.web == "yes" ? "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat" : null
}

output "table_name" {
  description = "The table with every message, answer and memory."
  value       = local.name
}

output "turns_queue" {
  description = "The queue of messages."
  value       = aws_sqs_queue.turns.url
}

output "side_queue" {
  description = "The queue beside it."
  value       = aws_sqs_queue.side.url
}

output "dead_queue" {
  description = "What no worker could end."
  value       = aws_sqs_queue.dead.url
}

output "ingress_name" {
  description = "The function behind the webhooks."
  value       = "${local.name}-ingress"
}

output "dashboard_name" {
  description = "Where to look in CloudWatch."
  value       = local.name
}

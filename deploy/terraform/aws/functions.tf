# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

resource "aws_cloudwatch_log_group" "ingress" {
  name              = "/aws/lambda/${local.name}-ingress"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "ingress" {
  name = "${local.name}-ingress"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "ingress" {
  name = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for each in [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.name}-ingress:*",
        ]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.turns.arn, aws_sqs_queue.side.arn]
      },
      anytrue([var.slack_signing_secret != "", var.discord_public_key != ""]) ? {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [for each in [
          var.slack_signing_secret != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_signing_secret}" : null,
          var.discord_public_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_public_key}" : null,
        ] : each if each != null]
      } : null,
    ] : each if each != null]
  })
  role = aws_iam_role.ingress.id
}

resource "aws_lambda_function" "ingress" {
  filename                       = var.ingress_zip
  source_code_hash               = filebase64sha256(var.ingress_zip)
  function_name                  = "${local.name}-ingress"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  handler                        = "aizuchi.hosts.aws_lambda.ingress.handler"
  role                           = aws_iam_role.ingress.arn
  memory_size                    = var.ingress_memory
  timeout                        = var.ingress_timeout
  reserved_concurrent_executions = var.ingress_reserved != 0 ? var.ingress_reserved : null
  depends_on                     = [aws_iam_role_policy.ingress]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.ingress.name
  }

  environment {
    variables = { for key, value in {
      AIZUCHI__AWS__TURNS  = aws_sqs_queue.turns.url
      AIZUCHI__AWS__SIDE   = aws_sqs_queue.side.url
      SLACK_SIGNING_SECRET = var.slack_signing_secret != "" ? "ssm:${var.slack_signing_secret}" : null
      DISCORD_PUBLIC_KEY   = var.discord_public_key != "" ? "ssm:${var.discord_public_key}" : null
    } : key => value if value != null }
  }
}

resource "aws_cloudwatch_log_group" "worker" {
  count             = var.worker == "Lambda" ? 1 : 0
  name              = "/aws/lambda/${local.name}-worker"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "worker" {
  count = var.worker == "Lambda" ? 1 : 0
  name  = "${local.name}-worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "worker" {
  count = var.worker == "Lambda" ? 1 : 0
  name  = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for each in [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.name}-worker:*",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.name}",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
        ]
        Resource = [aws_sqs_queue.turns.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.turns.arn, aws_sqs_queue.side.arn]
      },
      var.web == "yes" ? {
        Effect = "Allow"
        Action = ["execute-api:ManageConnections"]
        Resource = [
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/POST/@connections/*",
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/DELETE/@connections/*",
        ]
      } : null,
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${var.name}/${var.stage}/own/*",
        ]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [for each in [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.installation_key}",
          var.slack_signing_secret != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_signing_secret}" : null,
          var.slack_bot_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_bot_token}" : null,
          var.discord_public_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_public_key}" : null,
          var.discord_bot_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_bot_token}" : null,
          var.openai_api_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.openai_api_key}" : null,
        ] : each if each != null]
      },
    ] : each if each != null]
  })
  role = aws_iam_role.worker[0].id
}

resource "aws_lambda_function" "worker" {
  count                          = var.worker == "Lambda" ? 1 : 0
  filename                       = var.worker_zip
  source_code_hash               = filebase64sha256(var.worker_zip)
  function_name                  = "${local.name}-worker"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  handler                        = "aizuchi.hosts.aws_lambda.worker.handler"
  role                           = aws_iam_role.worker[0].arn
  memory_size                    = var.worker_memory
  timeout                        = var.worker_timeout
  reserved_concurrent_executions = var.worker_reserved != 0 ? var.worker_reserved : null
  depends_on                     = [aws_iam_role_policy.worker]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.worker[0].name
  }

  environment {
    variables = { for key, value in {
      AIZUCHI__AWS__TABLE         = local.name
      AIZUCHI__AWS__TURNS         = aws_sqs_queue.turns.url
      AIZUCHI__AWS__SIDE          = aws_sqs_queue.side.url
      AIZUCHI__AWS__SOCKETS       = var.web == "yes" ? "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat" : null
      AIZUCHI_INSTALLATION_KEY    = var.installation_key != "" ? "ssm:${var.installation_key}" : null
      SLACK_SIGNING_SECRET        = var.slack_signing_secret != "" ? "ssm:${var.slack_signing_secret}" : null
      SLACK_BOT_TOKEN             = var.slack_bot_token != "" ? "ssm:${var.slack_bot_token}" : null
      DISCORD_PUBLIC_KEY          = var.discord_public_key != "" ? "ssm:${var.discord_public_key}" : null
      DISCORD_BOT_TOKEN           = var.discord_bot_token != "" ? "ssm:${var.discord_bot_token}" : null
      OPENAI_API_KEY              = var.openai_api_key != "" ? "ssm:${var.openai_api_key}" : null
      DISCORD_APP_ID              = var.discord_app_id != "" ? var.discord_app_id : null
      AIZUCHI_MODEL               = var.model != "" ? var.model : null
      OPENAI_BASE_URL             = var.openai_base_url != "" ? var.openai_base_url : null
      OPENAI_ORG_ID               = var.openai_organization != "" ? var.openai_organization : null
      AIZUCHI__MODEL__TEMPERATURE = var.temperature != "" ? var.temperature : null
      AIZUCHI__MODEL__MAX_TOKENS  = var.max_tokens != "" ? var.max_tokens : null
    } : key => value if value != null }
  }
}

resource "aws_lambda_event_source_mapping" "turns" {
  count                   = var.worker == "Lambda" ? 1 : 0
  event_source_arn        = aws_sqs_queue.turns.arn
  function_name           = aws_lambda_function.worker[0].arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]

  dynamic "scaling_config" {
    for_each = var.worker_at_once != 0 ? [1] : []

    content {
      maximum_concurrency = var.worker_at_once
    }
  }
}

resource "aws_cloudwatch_log_group" "side" {
  name              = "/aws/lambda/${local.name}-side"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "side" {
  name = "${local.name}-side"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "side" {
  name = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for each in [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.name}-side:*",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.name}",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "sqs:ChangeMessageVisibility",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
        ]
        Resource = [aws_sqs_queue.side.arn, aws_sqs_queue.dead.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.turns.arn, aws_sqs_queue.side.arn]
      },
      var.web == "yes" ? {
        Effect = "Allow"
        Action = ["execute-api:ManageConnections"]
        Resource = [
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/POST/@connections/*",
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/DELETE/@connections/*",
        ]
      } : null,
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${var.name}/${var.stage}/own/*",
        ]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [for each in [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.installation_key}",
          var.slack_signing_secret != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_signing_secret}" : null,
          var.slack_bot_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_bot_token}" : null,
          var.discord_public_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_public_key}" : null,
          var.discord_bot_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_bot_token}" : null,
          var.openai_api_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.openai_api_key}" : null,
        ] : each if each != null]
      },
    ] : each if each != null]
  })
  role = aws_iam_role.side.id
}

resource "aws_lambda_function" "side" {
  filename         = var.worker_zip
  source_code_hash = filebase64sha256(var.worker_zip)
  function_name    = "${local.name}-side"
  runtime          = var.runtime
  architectures    = [var.architecture]
  handler          = "aizuchi.hosts.aws_lambda.side.handler"
  role             = aws_iam_role.side.arn
  memory_size      = var.worker_memory
  timeout          = var.worker_timeout
  depends_on       = [aws_iam_role_policy.side]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.side.name
  }

  environment {
    variables = { for key, value in {
      AIZUCHI__AWS__TABLE         = local.name
      AIZUCHI__AWS__TURNS         = aws_sqs_queue.turns.url
      AIZUCHI__AWS__SIDE          = aws_sqs_queue.side.url
      AIZUCHI__AWS__SOCKETS       = var.web == "yes" ? "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat" : null
      AIZUCHI_INSTALLATION_KEY    = var.installation_key != "" ? "ssm:${var.installation_key}" : null
      SLACK_SIGNING_SECRET        = var.slack_signing_secret != "" ? "ssm:${var.slack_signing_secret}" : null
      SLACK_BOT_TOKEN             = var.slack_bot_token != "" ? "ssm:${var.slack_bot_token}" : null
      DISCORD_PUBLIC_KEY          = var.discord_public_key != "" ? "ssm:${var.discord_public_key}" : null
      DISCORD_BOT_TOKEN           = var.discord_bot_token != "" ? "ssm:${var.discord_bot_token}" : null
      OPENAI_API_KEY              = var.openai_api_key != "" ? "ssm:${var.openai_api_key}" : null
      DISCORD_APP_ID              = var.discord_app_id != "" ? var.discord_app_id : null
      AIZUCHI_MODEL               = var.model != "" ? var.model : null
      OPENAI_BASE_URL             = var.openai_base_url != "" ? var.openai_base_url : null
      OPENAI_ORG_ID               = var.openai_organization != "" ? var.openai_organization : null
      AIZUCHI__MODEL__TEMPERATURE = var.temperature != "" ? var.temperature : null
      AIZUCHI__MODEL__MAX_TOKENS  = var.max_tokens != "" ? var.max_tokens : null
    } : key => value if value != null }
  }
}

resource "aws_lambda_event_source_mapping" "side" {
  event_source_arn        = aws_sqs_queue.side.arn
  function_name           = aws_lambda_function.side.arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_lambda_event_source_mapping" "dead" {
  event_source_arn        = aws_sqs_queue.dead.arn
  function_name           = aws_lambda_function.side.arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_cloudwatch_log_group" "stream" {
  count             = var.web == "yes" ? 1 : 0
  name              = "/aws/lambda/${local.name}-stream"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "stream" {
  count = var.web == "yes" ? 1 : 0
  name  = "${local.name}-stream"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "stream" {
  count = var.web == "yes" ? 1 : 0
  name  = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.name}-stream:*",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.name}",
        ]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.side.arn]
      },
      {
        Effect = "Allow"
        Action = ["execute-api:ManageConnections"]
        Resource = [
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/POST/@connections/*",
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/DELETE/@connections/*",
        ]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [for each in [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.installation_key}",
          var.openai_api_key != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.openai_api_key}" : null,
          var.web_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.web_token}" : null,
        ] : each if each != null]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${var.name}/${var.stage}/own/*",
        ]
      },
    ]
  })
  role = aws_iam_role.stream[0].id
}

resource "aws_lambda_function" "stream" {
  count                          = var.web == "yes" ? 1 : 0
  filename                       = var.worker_zip
  source_code_hash               = filebase64sha256(var.worker_zip)
  function_name                  = "${local.name}-stream"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  handler                        = "aizuchi.hosts.aws_lambda.stream.handler"
  role                           = aws_iam_role.stream[0].arn
  memory_size                    = var.stream_memory
  timeout                        = var.stream_timeout
  reserved_concurrent_executions = var.stream_reserved != 0 ? var.stream_reserved : null
  layers                         = [aws_lambda_layer_version.stream[0].arn]
  depends_on                     = [aws_iam_role_policy.stream]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.stream[0].name
  }

  environment {
    variables = { for key, value in {
      AIZUCHI__AWS__TABLE         = local.name
      AIZUCHI__AWS__TURNS         = aws_sqs_queue.turns.url
      AIZUCHI__AWS__SIDE          = aws_sqs_queue.side.url
      AIZUCHI__AWS__SOCKETS       = "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat"
      AIZUCHI_INSTALLATION_KEY    = var.installation_key != "" ? "ssm:${var.installation_key}" : null
      OPENAI_API_KEY              = var.openai_api_key != "" ? "ssm:${var.openai_api_key}" : null
      AIZUCHI_WEB_TOKEN           = var.web_token != "" ? "ssm:${var.web_token}" : null
      AIZUCHI_MODEL               = var.model != "" ? var.model : null
      OPENAI_BASE_URL             = var.openai_base_url != "" ? var.openai_base_url : null
      OPENAI_ORG_ID               = var.openai_organization != "" ? var.openai_organization : null
      AIZUCHI__MODEL__TEMPERATURE = var.temperature != "" ? var.temperature : null
      AIZUCHI__MODEL__MAX_TOKENS  = var.max_tokens != "" ? var.max_tokens : null
      AWS_LAMBDA_EXEC_WRAPPER     = "/opt/aizuchi-stream"
    } : key => value if value != null }
  }
}

resource "aws_cloudwatch_log_group" "socket" {
  count             = var.web == "yes" ? 1 : 0
  name              = "/aws/lambda/${local.name}-socket"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "socket" {
  count = var.web == "yes" ? 1 : 0
  name  = "${local.name}-socket"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "socket" {
  count = var.web == "yes" ? 1 : 0
  name  = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.name}-socket:*",
        ]
      },
      {
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = [
          "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.name}",
        ]
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [aws_sqs_queue.side.arn]
      },
      {
        Effect = "Allow"
        Action = ["execute-api:ManageConnections"]
        Resource = [
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/POST/@connections/*",
          "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/chat/DELETE/@connections/*",
        ]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [for each in [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.installation_key}",
          var.web_token != "" ? "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.web_token}" : null,
        ] : each if each != null]
      },
      {
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${var.name}/${var.stage}/own/*",
        ]
      },
    ]
  })
  role = aws_iam_role.socket[0].id
}

resource "aws_lambda_function" "socket" {
  count                          = var.web == "yes" ? 1 : 0
  filename                       = var.worker_zip
  source_code_hash               = filebase64sha256(var.worker_zip)
  function_name                  = "${local.name}-socket"
  runtime                        = var.runtime
  architectures                  = [var.architecture]
  handler                        = "aizuchi.hosts.aws_lambda.socket.handler"
  role                           = aws_iam_role.socket[0].arn
  memory_size                    = var.socket_memory
  timeout                        = var.socket_timeout
  reserved_concurrent_executions = var.socket_reserved != 0 ? var.socket_reserved : null
  depends_on                     = [aws_iam_role_policy.socket]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.socket[0].name
  }

  environment {
    variables = { for key, value in {
      AIZUCHI__AWS__TABLE      = local.name
      AIZUCHI__AWS__TURNS      = aws_sqs_queue.turns.url
      AIZUCHI__AWS__SIDE       = aws_sqs_queue.side.url
      AIZUCHI__AWS__SOCKETS    = "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat"
      AIZUCHI_INSTALLATION_KEY = var.installation_key != "" ? "ssm:${var.installation_key}" : null
      AIZUCHI_WEB_TOKEN        = var.web_token != "" ? "ssm:${var.web_token}" : null
      AIZUCHI_MODEL            = "echo"
    } : key => value if value != null }
  }
}

# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

resource "aws_iam_role" "launch" {
  count = var.worker == "Container" ? 1 : 0
  name  = "${local.name}-launch"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "launch" {
  count = var.worker == "Container" ? 1 : 0
  name  = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/ecs/${local.name}-worker:*",
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
    ]
  })
  role = aws_iam_role.launch[0].id
}

resource "aws_iam_role" "task" {
  count = var.worker == "Container" ? 1 : 0
  name  = "${local.name}-task"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Action = "sts:AssumeRole"
      },
    ]
  })
}

resource "aws_iam_role_policy" "task" {
  count = var.worker == "Container" ? 1 : 0
  name  = "own"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for each in [
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
        Resource = [aws_sqs_queue.turns.arn, aws_sqs_queue.side.arn]
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
    ] : each if each != null]
  })
  role = aws_iam_role.task[0].id
}

resource "aws_cloudwatch_log_group" "task" {
  count             = var.worker == "Container" ? 1 : 0
  name              = "/ecs/${local.name}-worker"
  retention_in_days = var.log_days
}

resource "aws_ecs_cluster" "cluster" {
  count = var.worker == "Container" ? 1 : 0
  name  = local.name
}

resource "aws_ecs_task_definition" "task" {
  count                    = var.worker == "Container" ? 1 : 0
  family                   = "${local.name}-worker"
  cpu                      = "1024"
  memory                   = "2048"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = aws_iam_role.launch[0].arn
  task_role_arn            = aws_iam_role.task[0].arn
  container_definitions = jsonencode([
    {
      name      = "worker"
      image     = var.worker_image
      essential = true
      command   = ["worker", "--listen"]
      environment = [for each in [
        {
          name  = "AIZUCHI__AWS__TABLE"
          value = local.name
        },
        {
          name  = "AIZUCHI__AWS__TURNS"
          value = aws_sqs_queue.turns.url
        },
        {
          name  = "AIZUCHI__AWS__SIDE"
          value = aws_sqs_queue.side.url
        },
        var.web == "yes" ? {
          name  = "AIZUCHI__AWS__SOCKETS"
          value = "https://${aws_apigatewayv2_api.socket_api[0].id}.execute-api.${local.region}.${data.aws_partition.here.dns_suffix}/chat"
        } : null,
        {
          name  = "AWS_REGION"
          value = local.region
        },
        var.discord_app_id != "" ? {
          name  = "DISCORD_APP_ID"
          value = var.discord_app_id
        } : null,
        var.model != "" ? {
          name  = "AIZUCHI_MODEL"
          value = var.model
        } : null,
        var.openai_base_url != "" ? {
          name  = "OPENAI_BASE_URL"
          value = var.openai_base_url
        } : null,
        var.openai_organization != "" ? {
          name  = "OPENAI_ORG_ID"
          value = var.openai_organization
        } : null,
        var.temperature != "" ? {
          name  = "AIZUCHI__MODEL__TEMPERATURE"
          value = var.temperature
        } : null,
        var.max_tokens != "" ? {
          name  = "AIZUCHI__MODEL__MAX_TOKENS"
          value = var.max_tokens
        } : null,
      ] : each if each != null]
      secrets = [for each in [
        var.installation_key != "" ? {
          name      = "AIZUCHI_INSTALLATION_KEY"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.installation_key}"
        } : null,
        var.slack_signing_secret != "" ? {
          name      = "SLACK_SIGNING_SECRET"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_signing_secret}"
        } : null,
        var.slack_bot_token != "" ? {
          name      = "SLACK_BOT_TOKEN"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.slack_bot_token}"
        } : null,
        var.discord_public_key != "" ? {
          name      = "DISCORD_PUBLIC_KEY"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_public_key}"
        } : null,
        var.discord_bot_token != "" ? {
          name      = "DISCORD_BOT_TOKEN"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.discord_bot_token}"
        } : null,
        var.openai_api_key != "" ? {
          name      = "OPENAI_API_KEY"
          valueFrom = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.openai_api_key}"
        } : null,
      ] : each if each != null]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          "awslogs-group"         = aws_cloudwatch_log_group.task[0].name
          "awslogs-region"        = local.region
          "awslogs-stream-prefix" = "worker"
        }
      }
    },
  ])

  runtime_platform {
    cpu_architecture        = var.architecture == "arm64" ? "ARM64" : "X86_64"
    operating_system_family = "LINUX"
  }
}

resource "aws_ecs_service" "service" {
  count           = var.worker == "Container" ? 1 : 0
  name            = "${local.name}-worker"
  cluster         = aws_ecs_cluster.cluster[0].id
  task_definition = aws_ecs_task_definition.task[0].arn
  desired_count   = var.worker_count
  launch_type     = "FARGATE"
  depends_on      = [aws_iam_role_policy.launch, aws_iam_role_policy.task]

  network_configuration {
    subnets          = var.worker_subnets
    assign_public_ip = var.worker_public_ip == "ENABLED"
  }
}

# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

resource "aws_cloudwatch_metric_alarm" "turns_age" {
  alarm_name        = "${local.name}-TurnsAge"
  alarm_description = "Messages wait to be answered."
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateAgeOfOldestMessage"
  dimensions = {
    QueueName = "${local.name}-turns.fifo"
  }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 2
  threshold           = var.oldest_message
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "side_age" {
  alarm_name        = "${local.name}-SideAge"
  alarm_description = "Signals and guardians wait."
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateAgeOfOldestMessage"
  dimensions = {
    QueueName = "${local.name}-side"
  }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 2
  threshold           = var.oldest_message
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name        = "${local.name}-DeadLetters"
  alarm_description = "A message could not be ended ten times over."
  namespace         = "AWS/SQS"
  metric_name       = "NumberOfMessagesReceived"
  dimensions = {
    QueueName = "${local.name}-dead.fifo"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "ingress_slow" {
  alarm_name        = "${local.name}-IngressSlow"
  alarm_description = "Platforms are acknowledged late."
  namespace         = "AWS/Lambda"
  metric_name       = "Duration"
  dimensions = {
    FunctionName = "${local.name}-ingress"
  }
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 3
  threshold           = 2000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "ingress_errors" {
  alarm_name        = "${local.name}-IngressErrors"
  alarm_description = "The function ingress failed."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "${local.name}-ingress"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "worker_errors" {
  count             = var.worker == "Lambda" ? 1 : 0
  alarm_name        = "${local.name}-WorkerErrors"
  alarm_description = "The function worker failed."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "${local.name}-worker"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "side_errors" {
  alarm_name        = "${local.name}-SideErrors"
  alarm_description = "The function side failed."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "${local.name}-side"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "stream_errors" {
  count             = var.web == "yes" ? 1 : 0
  alarm_name        = "${local.name}-StreamErrors"
  alarm_description = "The function stream failed."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "${local.name}-stream"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_metric_alarm" "socket_errors" {
  count             = var.web == "yes" ? 1 : 0
  alarm_name        = "${local.name}-SocketErrors"
  alarm_description = "The function socket failed."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = "${local.name}-socket"
  }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic != "" ? [var.alarm_topic] : null
  ok_actions          = var.alarm_topic != "" ? [var.alarm_topic] : null
}

resource "aws_cloudwatch_dashboard" "dashboard" {
  count          = var.make_dashboard == "yes" ? 1 : 0
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Oldest message, s"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/SQS",
              "ApproximateAgeOfOldestMessage",
              "QueueName",
              "${local.name}-turns.fifo",
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/SQS",
              "ApproximateAgeOfOldestMessage",
              "QueueName",
              "${local.name}-side",
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 0
        width  = 12
        height = 6
        properties = {
          title  = "Dead letters"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/SQS",
              "NumberOfMessagesReceived",
              "QueueName",
              "${local.name}-dead.fifo",
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 12
        height = 6
        properties = {
          title  = "Acknowledged after, ms"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/Lambda",
              "Duration",
              "FunctionName",
              "${local.name}-ingress",
              {
                stat = "p50"
              },
            ],
            [
              "AWS/Lambda",
              "Duration",
              "FunctionName",
              "${local.name}-ingress",
              {
                stat = "p99"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 6
        width  = 12
        height = 6
        properties = {
          title  = "Invocations"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/Lambda",
              "Invocations",
              "FunctionName",
              "${local.name}-ingress",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Invocations",
              "FunctionName",
              "${local.name}-worker",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Invocations",
              "FunctionName",
              "${local.name}-side",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Invocations",
              "FunctionName",
              "${local.name}-stream",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Invocations",
              "FunctionName",
              "${local.name}-socket",
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 12
        height = 6
        properties = {
          title  = "Errors"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              "${local.name}-ingress",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              "${local.name}-worker",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              "${local.name}-side",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              "${local.name}-stream",
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              "${local.name}-socket",
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 12
        y      = 12
        width  = 12
        height = 6
        properties = {
          title  = "At once"
          region = local.region
          view   = "timeSeries"
          period = 60
          metrics = [
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              "${local.name}-ingress",
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              "${local.name}-worker",
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              "${local.name}-side",
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              "${local.name}-stream",
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              "${local.name}-socket",
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
    ]
  })
}

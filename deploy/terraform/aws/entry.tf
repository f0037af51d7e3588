# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

resource "aws_apigatewayv2_api" "http_api" {
  count         = var.entry == "HttpApi" ? 1 : 0
  name          = local.name
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "http_integration" {
  count                  = var.entry == "HttpApi" ? 1 : 0
  api_id                 = aws_apigatewayv2_api.http_api[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.ingress.arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "slack" {
  count     = var.entry == "HttpApi" ? 1 : 0
  api_id    = aws_apigatewayv2_api.http_api[0].id
  route_key = "ANY /slack/events"
  target    = "integrations/${aws_apigatewayv2_integration.http_integration[0].id}"
}

resource "aws_apigatewayv2_route" "discord" {
  count     = var.entry == "HttpApi" ? 1 : 0
  api_id    = aws_apigatewayv2_api.http_api[0].id
  route_key = "ANY /discord/interactions"
  target    = "integrations/${aws_apigatewayv2_integration.http_integration[0].id}"
}

# The limits hold for each route by itself.
resource "aws_apigatewayv2_stage" "http_stage" {
  count       = var.entry == "HttpApi" ? 1 : 0
  api_id      = aws_apigatewayv2_api.http_api[0].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
  }
}

resource "aws_lambda_permission" "http" {
  count         = var.entry == "HttpApi" ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.ingress.arn
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.http_api[0].id}/*"
}

resource "aws_api_gateway_rest_api" "rest_api" {
  count = var.entry == "RestApi" ? 1 : 0
  name  = local.name
}

resource "aws_api_gateway_resource" "slack_folder" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  parent_id   = aws_api_gateway_rest_api.rest_api[0].root_resource_id
  path_part   = "slack"
}

resource "aws_api_gateway_resource" "slack_path" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  parent_id   = aws_api_gateway_resource.slack_folder[0].id
  path_part   = "events"
}

resource "aws_api_gateway_method" "slack" {
  count         = var.entry == "RestApi" ? 1 : 0
  rest_api_id   = aws_api_gateway_rest_api.rest_api[0].id
  resource_id   = aws_api_gateway_resource.slack_path[0].id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "slack" {
  count                   = var.entry == "RestApi" ? 1 : 0
  rest_api_id             = aws_api_gateway_rest_api.rest_api[0].id
  resource_id             = aws_api_gateway_resource.slack_path[0].id
  http_method             = "ANY"
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${aws_lambda_function.ingress.arn}/invocations"
  depends_on              = [aws_api_gateway_method.slack]
}

resource "aws_api_gateway_resource" "discord_folder" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  parent_id   = aws_api_gateway_rest_api.rest_api[0].root_resource_id
  path_part   = "discord"
}

resource "aws_api_gateway_resource" "discord_path" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  parent_id   = aws_api_gateway_resource.discord_folder[0].id
  path_part   = "interactions"
}

resource "aws_api_gateway_method" "discord" {
  count         = var.entry == "RestApi" ? 1 : 0
  rest_api_id   = aws_api_gateway_rest_api.rest_api[0].id
  resource_id   = aws_api_gateway_resource.discord_path[0].id
  http_method   = "ANY"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "discord" {
  count                   = var.entry == "RestApi" ? 1 : 0
  rest_api_id             = aws_api_gateway_rest_api.rest_api[0].id
  resource_id             = aws_api_gateway_resource.discord_path[0].id
  http_method             = "ANY"
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${aws_lambda_function.ingress.arn}/invocations"
  depends_on              = [aws_api_gateway_method.discord]
}

# It holds the routes as they were when it was made: other routes need another name.
resource "aws_api_gateway_deployment" "rest_deployment" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  depends_on  = [aws_api_gateway_integration.slack, aws_api_gateway_integration.discord]
}

resource "aws_api_gateway_stage" "rest_stage" {
  count         = var.entry == "RestApi" ? 1 : 0
  rest_api_id   = aws_api_gateway_rest_api.rest_api[0].id
  deployment_id = aws_api_gateway_deployment.rest_deployment[0].id
  stage_name    = "hooks"
}

resource "aws_api_gateway_method_settings" "rest_limits" {
  count       = var.entry == "RestApi" ? 1 : 0
  rest_api_id = aws_api_gateway_rest_api.rest_api[0].id
  stage_name  = "hooks"
  method_path = "*/*"
  depends_on  = [aws_api_gateway_stage.rest_stage]

  settings {
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
  }
}

resource "aws_lambda_permission" "rest" {
  count         = var.entry == "RestApi" ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.ingress.arn
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_api_gateway_rest_api.rest_api[0].id}/*"
}

resource "aws_lambda_function_url" "ingress" {
  count              = var.entry == "FunctionUrl" ? 1 : 0
  function_name      = aws_lambda_function.ingress.arn
  authorization_type = "NONE"
}

resource "aws_lambda_permission" "ingress_url" {
  count                  = var.entry == "FunctionUrl" ? 1 : 0
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "NONE"
  function_name          = aws_lambda_function.ingress.arn
  principal              = "*"
}

# That the function may be called, but by its URL only: Terraform's provider has no word for this
# condition, so that CloudFormation says it, in a stack of this permission alone.
resource "aws_cloudformation_stack" "ingress_url_invoke" {
  count = var.entry == "FunctionUrl" ? 1 : 0
  name  = "${local.name}-ingress-url"
  template_body = jsonencode({
    Resources = {
      Permission = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          InvokedViaFunctionUrl = true
          FunctionName          = aws_lambda_function.ingress.arn
          Principal             = "*"
        }
      }
    }
  })
}

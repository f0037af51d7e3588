# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

resource "aws_apigatewayv2_api" "socket_api" {
  count                      = var.web == "yes" ? 1 : 0
  name                       = "${local.name}-sockets"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.type"
}

resource "aws_apigatewayv2_integration" "socket_integration" {
  count              = var.web == "yes" ? 1 : 0
  api_id             = aws_apigatewayv2_api.socket_api[0].id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${aws_lambda_function.socket[0].arn}/invocations"
}

resource "aws_apigatewayv2_route" "socket_connect" {
  count     = var.web == "yes" ? 1 : 0
  api_id    = aws_apigatewayv2_api.socket_api[0].id
  route_key = "$connect"
  target    = "integrations/${aws_apigatewayv2_integration.socket_integration[0].id}"
}

resource "aws_apigatewayv2_route" "socket_default" {
  count     = var.web == "yes" ? 1 : 0
  api_id    = aws_apigatewayv2_api.socket_api[0].id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.socket_integration[0].id}"
}

resource "aws_apigatewayv2_route" "socket_disconnect" {
  count     = var.web == "yes" ? 1 : 0
  api_id    = aws_apigatewayv2_api.socket_api[0].id
  route_key = "$disconnect"
  target    = "integrations/${aws_apigatewayv2_integration.socket_integration[0].id}"
}

resource "aws_apigatewayv2_stage" "socket_stage" {
  count       = var.web == "yes" ? 1 : 0
  api_id      = aws_apigatewayv2_api.socket_api[0].id
  name        = "chat"
  auto_deploy = true
  depends_on = [
    aws_apigatewayv2_route.socket_connect,
    aws_apigatewayv2_route.socket_default,
    aws_apigatewayv2_route.socket_disconnect,
  ]

  default_route_settings {
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
  }
}

resource "aws_lambda_permission" "socket" {
  count         = var.web == "yes" ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.socket[0].arn
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${local.partition}:execute-api:${local.region}:${local.account}:${aws_apigatewayv2_api.socket_api[0].id}/*"
}

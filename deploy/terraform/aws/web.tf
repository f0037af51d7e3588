# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

# The script that starts the streaming function, which Lambda looks for in a layer.
resource "aws_lambda_layer_version" "stream" {
  count            = var.web == "yes" ? 1 : 0
  filename         = var.layer_zip
  source_code_hash = filebase64sha256(var.layer_zip)
  layer_name       = "${local.name}-stream"
}

resource "aws_lambda_function_url" "stream" {
  count              = var.web == "yes" ? 1 : 0
  function_name      = aws_lambda_function.stream[0].arn
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_permission" "stream_url" {
  count                  = var.web == "yes" ? 1 : 0
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "NONE"
  function_name          = aws_lambda_function.stream[0].arn
  principal              = "*"
}

# That the function may be called, but by its URL only: Terraform's provider has no word for this
# condition, so that CloudFormation says it, in a stack of this permission alone.
resource "aws_cloudformation_stack" "stream_url_invoke" {
  count = var.web == "yes" ? 1 : 0
  name  = "${local.name}-stream-url"
  template_body = jsonencode({
    Resources = {
      Permission = {
        Type = "AWS::Lambda::Permission"
        Properties = {
          Action                = "lambda:InvokeFunction"
          InvokedViaFunctionUrl = true
          FunctionName          = aws_lambda_function.stream[0].arn
          Principal             = "*"
        }
      }
    }
  })
}

# /long in Tokyo. Its packages are made beside this file: aizuchi deploy aws --package dist

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6"
    }
  }
}

provider "aws" {
  region = "ap-northeast-1"
}

variable "discord_app_id" {
  description = "Id of Discord's application."
  type        = string
}

module "assistant" {
  source = "../../deploy/terraform/aws"

  stage       = "dev"
  ingress_zip = "dist/ingress.zip"
  worker_zip  = "dist/worker.zip"
  web         = "no"

  # What the packages are made for, as making them says.
  architecture = "arm64"
  runtime      = "python3.13"

  # A REST API that takes five requests a second for long, and two at once.
  entry          = "RestApi"
  throttle_rate  = 5
  throttle_burst = 2

  # Enough for a cold start within Discord's three seconds, and a minute for the answer.
  ingress_memory  = 256
  ingress_timeout = 5
  worker_memory   = 256
  worker_timeout  = 120

  # Names of parameters that `aizuchi secrets push --stage dev` has written.
  discord_app_id     = var.discord_app_id
  discord_public_key = "/aizuchi/dev/DISCORD_PUBLIC_KEY"
  discord_bot_token  = "/aizuchi/dev/DISCORD_BOT_TOKEN"
  installation_key   = "/aizuchi/dev/AIZUCHI_INSTALLATION_KEY"
  openai_api_key     = "/aizuchi/dev/OPENAI_API_KEY"
  model              = "openai:gpt-5-mini"
}

output "interactions_endpoint_url" {
  description = "What Discord's application has as its Interactions Endpoint URL."
  value       = "${module.assistant.address}/discord/interactions"
}

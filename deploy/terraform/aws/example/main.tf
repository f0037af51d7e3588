# One assistant on Slack and the web, in Ireland. Its packages are made by: aizuchi deploy aws --package dist

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6"
    }
  }
}

variable "region" {
  description = "Where the assistant runs."
  type        = string
  default     = "eu-west-1"
}

provider "aws" {
  region = var.region
}

module "assistant" {
  source = "../"

  stage       = "prod"
  ingress_zip = "dist/ingress.zip"
  worker_zip  = "dist/worker.zip"
  layer_zip   = "dist/layer.zip"

  # What the packages are made for, as making them says.
  architecture = "arm64"
  runtime      = "python3.13"

  # Names of parameters that `aizuchi secrets push` has written.
  installation_key     = "/aizuchi/prod/AIZUCHI_INSTALLATION_KEY"
  slack_signing_secret = "/aizuchi/prod/SLACK_SIGNING_SECRET"
  slack_bot_token      = "/aizuchi/prod/SLACK_BOT_TOKEN"
  openai_api_key       = "/aizuchi/prod/OPENAI_API_KEY"
  web_token            = "/aizuchi/prod/web-token"
  model                = "openai:gpt-5-mini"

  # Of the size of the functions and the limits of the webhooks, the defaults.
  worker_memory  = 512
  worker_timeout = 180
  throttle_rate  = 50
  throttle_burst = 100
}

output "slack_url" {
  description = "Slack's Request URL, for events, commands and interactivity."
  value       = "${module.assistant.address}/slack/events"
}

output "chat_url" {
  description = "The page of the web chat; aizuchi secrets chat prints it with the token that lets you in."
  value       = module.assistant.chat
}

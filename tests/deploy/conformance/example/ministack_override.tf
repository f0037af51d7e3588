# The example with what is otherwise in ministack, and with Discord.

provider "aws" {
  skip_metadata_api_check = true
}

module "assistant" {
  stage        = var.chosen.stage
  architecture = var.chosen.architecture
  runtime      = var.chosen.runtime
  make_table   = var.chosen.make_table

  entry          = var.entry
  worker         = var.worker
  worker_image   = "registry.example/aizuchi:1"
  worker_subnets = ["subnet-12345678"]

  web       = "yes"
  web_token = "${local.kept}/web-token"

  installation_key     = "${local.kept}/AIZUCHI_INSTALLATION_KEY"
  slack_signing_secret = "${local.kept}/SLACK_SIGNING_SECRET"
  slack_bot_token      = "${local.kept}/SLACK_BOT_TOKEN"
  discord_public_key   = "${local.kept}/DISCORD_PUBLIC_KEY"
  discord_bot_token    = "${local.kept}/DISCORD_BOT_TOKEN"
  discord_app_id       = var.chosen.discord_app_id
  openai_api_key       = "${local.kept}/OPENAI_API_KEY"
  openai_base_url      = var.chosen.openai_base_url
  model                = var.chosen.model
}

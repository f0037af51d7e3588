# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6"
    }
  }
}

data "aws_caller_identity" "here" {
}

data "aws_partition" "here" {
}

data "aws_region" "here" {
}

locals {
  name      = "${var.name}-${var.stage}"
  account   = data.aws_caller_identity.here.account_id
  region    = data.aws_region.here.name
  partition = data.aws_partition.here.partition
}

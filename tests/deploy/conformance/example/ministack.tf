# What a test chooses beside the example's own.

variable "chosen" {
  description = "The stage, what runs the functions, the model and Discord's application."
  type        = map(string)
}

variable "entry" {
  type    = string
  default = "HttpApi"
}

variable "worker" {
  type    = string
  default = "Lambda"
}

locals {
  kept = "/aizuchi/${var.chosen.stage}"
}

output "every" {
  value = module.assistant
}

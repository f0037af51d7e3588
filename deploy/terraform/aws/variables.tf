# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform

variable "ingress_zip" {
  description = "File with the package of the ingress."
  type        = string
}

variable "worker_zip" {
  description = "File with the package of the worker."
  type        = string
}

variable "layer_zip" {
  description = "File with the layer of the web chat's streaming function."
  type        = string
  default     = ""

  validation {
    condition     = !(var.web == "yes") || var.layer_zip != ""
    error_message = "web yes needs layer_zip."
  }
}

variable "name" {
  description = "What everything begins with."
  type        = string
  default     = "aizuchi"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,20}$", var.name))
    error_message = "name must fit ^[a-z][a-z0-9-]{0,20}$"
  }
}

variable "stage" {
  description = "Which of several installations this is."
  type        = string
  default     = "prod"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.stage))
    error_message = "stage must fit ^[a-z][a-z0-9-]{0,15}$"
  }
}

variable "entry" {
  description = "What stands in front of the ingress. HttpApi is cheap and throttled; RestApi can have a firewall (WAF); FunctionUrl costs nothing and stops no flood."
  type        = string
  default     = "HttpApi"

  validation {
    condition     = contains(["HttpApi", "RestApi", "FunctionUrl"], var.entry)
    error_message = "entry is one of HttpApi, RestApi, FunctionUrl."
  }
}

variable "throttle_rate" {
  description = "Requests a second that a route takes for long."
  type        = number
  default     = 50

  validation {
    condition     = var.throttle_rate >= 1
    error_message = "throttle_rate is at least 1."
  }
}

variable "throttle_burst" {
  description = "Requests that a route takes at once."
  type        = number
  default     = 100

  validation {
    condition     = var.throttle_burst >= 1
    error_message = "throttle_burst is at least 1."
  }
}

variable "architecture" {
  description = "What the functions run on; the packages are made for it."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is one of arm64, x86_64."
  }
}

variable "runtime" {
  description = "Lambda's Python; the packages are made for it."
  type        = string
  default     = "python3.13"

  validation {
    condition     = can(regex("^python3\\.\\d+$", var.runtime))
    error_message = "runtime must fit ^python3\\.\\d+$"
  }
}

variable "ingress_memory" {
  description = "Memory of the ingress, MB."
  type        = number
  default     = 256

  validation {
    condition     = var.ingress_memory >= 128
    error_message = "ingress_memory is at least 128."
  }

  validation {
    condition     = var.ingress_memory <= 10240
    error_message = "ingress_memory is at most 10240."
  }
}

variable "ingress_timeout" {
  description = "Seconds that the ingress has."
  type        = number
  default     = 10

  validation {
    condition     = var.ingress_timeout >= 3
    error_message = "ingress_timeout is at least 3."
  }

  validation {
    condition     = var.ingress_timeout <= 29
    error_message = "ingress_timeout is at most 29."
  }
}

variable "ingress_reserved" {
  description = "Concurrency that is reserved for the ingress, out of the account's. 0: none."
  type        = number
  default     = 0

  validation {
    condition     = var.ingress_reserved >= 0
    error_message = "ingress_reserved is at least 0."
  }
}

variable "worker_memory" {
  description = "Memory of the worker and of side, MB."
  type        = number
  default     = 512

  validation {
    condition     = var.worker_memory >= 128
    error_message = "worker_memory is at least 128."
  }

  validation {
    condition     = var.worker_memory <= 10240
    error_message = "worker_memory is at most 10240."
  }
}

variable "worker_timeout" {
  description = "Seconds that one invocation of the worker has. An answer must end within them: answer_within_s and 30 s."
  type        = number
  default     = 180

  validation {
    condition     = contains([60, 120, 180, 300, 600, 900], var.worker_timeout)
    error_message = "worker_timeout is one of 60, 120, 180, 300, 600, 900."
  }
}

variable "worker_reserved" {
  description = "Concurrency that is reserved for the worker, out of the account's. 0: none."
  type        = number
  default     = 0

  validation {
    condition     = var.worker_reserved >= 0
    error_message = "worker_reserved is at least 0."
  }
}

variable "worker_at_once" {
  description = "Conversations that are answered at once, from 2. 0: as many as the account allows."
  type        = number
  default     = 0

  validation {
    condition     = var.worker_at_once >= 0
    error_message = "worker_at_once is at least 0."
  }

  validation {
    condition     = var.worker_at_once <= 1000
    error_message = "worker_at_once is at most 1000."
  }
}

variable "web" {
  description = "Whether there is the web chat: its page, its API, and that of WebSockets."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.web)
    error_message = "web is one of yes, no."
  }
}

variable "stream_memory" {
  description = "Memory of the streaming function, MB."
  type        = number
  default     = 512

  validation {
    condition     = var.stream_memory >= 128
    error_message = "stream_memory is at least 128."
  }

  validation {
    condition     = var.stream_memory <= 10240
    error_message = "stream_memory is at most 10240."
  }
}

variable "stream_timeout" {
  description = "Seconds that the streaming function has."
  type        = number
  default     = 180

  validation {
    condition     = var.stream_timeout >= 3
    error_message = "stream_timeout is at least 3."
  }

  validation {
    condition     = var.stream_timeout <= 900
    error_message = "stream_timeout is at most 900."
  }
}

variable "stream_reserved" {
  description = "Concurrency that is reserved for the streaming function, out of the account's. 0: none."
  type        = number
  default     = 0

  validation {
    condition     = var.stream_reserved >= 0
    error_message = "stream_reserved is at least 0."
  }
}

variable "socket_memory" {
  description = "Memory of the function of the WebSockets, MB."
  type        = number
  default     = 512

  validation {
    condition     = var.socket_memory >= 128
    error_message = "socket_memory is at least 128."
  }

  validation {
    condition     = var.socket_memory <= 10240
    error_message = "socket_memory is at most 10240."
  }
}

variable "socket_timeout" {
  description = "Seconds that the function of the WebSockets has."
  type        = number
  default     = 29

  validation {
    condition     = var.socket_timeout >= 3
    error_message = "socket_timeout is at least 3."
  }

  validation {
    condition     = var.socket_timeout <= 29
    error_message = "socket_timeout is at most 29."
  }
}

variable "socket_reserved" {
  description = "Concurrency that is reserved for the function of the WebSockets, out of the account's. 0: none."
  type        = number
  default     = 0

  validation {
    condition     = var.socket_reserved >= 0
    error_message = "socket_reserved is at least 0."
  }
}

variable "worker" {
  description = "What answers: Lambda functions, or containers (ECS on Fargate), which are cheaper from about 100,000 messages a day."
  type        = string
  default     = "Lambda"

  validation {
    condition     = contains(["Lambda", "Container"], var.worker)
    error_message = "worker is one of Lambda, Container."
  }
}

variable "worker_image" {
  description = "Address of the image of a container worker."
  type        = string
  default     = ""

  validation {
    condition     = !(var.worker == "Container") || var.worker_image != ""
    error_message = "worker Container needs worker_image."
  }
}

variable "worker_subnets" {
  description = "Subnets of a container worker."
  type        = list(string)
  default     = []
}

variable "worker_public_ip" {
  description = "Whether a container worker gets a public address; in a subnet without NAT it needs one."
  type        = string
  default     = "ENABLED"

  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.worker_public_ip)
    error_message = "worker_public_ip is one of ENABLED, DISABLED."
  }
}

variable "worker_count" {
  description = "How many container workers there are."
  type        = number
  default     = 1

  validation {
    condition     = var.worker_count >= 0
    error_message = "worker_count is at least 0."
  }
}

variable "make_table" {
  description = "Whether the stack makes the table. no: one of this name is there already, from an installation before."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.make_table)
    error_message = "make_table is one of yes, no."
  }
}

variable "installation_key" {
  description = "Name of the SSM parameter with a long random text, by which all parts know their posts."
  type        = string

  validation {
    condition     = can(regex("^/[a-zA-Z0-9_.\\-/]+$", var.installation_key))
    error_message = "installation_key must fit ^/[a-zA-Z0-9_.\\-/]+$"
  }
}

variable "slack_signing_secret" {
  description = "Name of the SSM parameter with Slack's signing secret. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.slack_signing_secret))
    error_message = "slack_signing_secret must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }
}

variable "slack_bot_token" {
  description = "Name of the SSM parameter with Slack's bot token. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.slack_bot_token))
    error_message = "slack_bot_token must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }
}

variable "discord_public_key" {
  description = "Name of the SSM parameter with the public key of Discord's application. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.discord_public_key))
    error_message = "discord_public_key must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }
}

variable "discord_bot_token" {
  description = "Name of the SSM parameter with the token of Discord's bot. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.discord_bot_token))
    error_message = "discord_bot_token must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }
}

variable "openai_api_key" {
  description = "Name of the SSM parameter with the key of the model's endpoint. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.openai_api_key))
    error_message = "openai_api_key must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }
}

variable "web_token" {
  description = "Name of the SSM parameter with the token of the web chat. Empty: there is none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(/[a-zA-Z0-9_.\\-/]+)?$", var.web_token))
    error_message = "web_token must fit ^(/[a-zA-Z0-9_.\\-/]+)?$"
  }

  validation {
    condition     = !(var.web == "yes") || var.web_token != ""
    error_message = "web yes needs web_token."
  }
}

variable "discord_app_id" {
  description = "Id of Discord's application."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^\\d*$", var.discord_app_id))
    error_message = "discord_app_id must fit ^\\d*$"
  }
}

variable "model" {
  description = "Which model answers: openai:NAME or echo. Empty: what aizuchi.toml in the package says."
  type        = string
  default     = ""
}

variable "openai_base_url" {
  description = "The model's endpoint, with its /v1. Empty: what aizuchi.toml in the package says."
  type        = string
  default     = ""
}

variable "openai_organization" {
  description = "Id of the organisation that OpenAI counts what is used to. Empty: the key's own."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]*$", var.openai_organization))
    error_message = "openai_organization must fit ^[A-Za-z0-9_-]*$"
  }
}

variable "temperature" {
  description = "How freely the model writes, from 0 to 2. Empty: its own."
  type        = string
  default     = ""
}

variable "max_tokens" {
  description = "How long an answer may be, in tokens. Empty: the model's own."
  type        = string
  default     = ""
}

variable "log_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 14

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "log_days is one of 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "alarm_topic" {
  description = "ARN of the SNS topic that alarms go to. Empty: none."
  type        = string
  default     = ""
}

variable "oldest_message" {
  description = "Alarm when a message has waited so many seconds."
  type        = number
  default     = 120

  validation {
    condition     = var.oldest_message >= 1
    error_message = "oldest_message is at least 1."
  }
}

variable "make_dashboard" {
  description = "Whether there is a dashboard in CloudWatch; an account has three for nothing."
  type        = string
  default     = "yes"

  validation {
    condition     = contains(["yes", "no"], var.make_dashboard)
    error_message = "make_dashboard is one of yes, no."
  }
}

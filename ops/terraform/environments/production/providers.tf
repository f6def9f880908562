terraform {
  required_version = ">= 1.11"

  # Bucket and region are the account's own: terraform init -backend-config=backend.hcl
  backend "s3" {
    key          = "production/cdn.tfstate"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

locals {
  tags = { Application = "caregiver-portal", Environment = "production", ManagedBy = "terraform" }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# CloudFront's certificates, WAF, metrics, alarms and log delivery live here, whatever the region.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

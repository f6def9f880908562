# Standard logging v2: no bucket ACL, and we choose the fields. Left out on purpose: viewers' addresses,
# cookies, and query strings, which carry signatures.
locals {
  log_fields = [
    "date", "time", "x-edge-location", "x-edge-request-id", "cs-method", "cs(Host)", "cs-uri-stem", "cs-protocol",
    "cs-protocol-version", "sc-status", "sc-bytes", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end",
    "time-taken", "time-to-first-byte", "x-edge-result-type", "x-edge-detailed-result-type", "ssl-protocol",
  ]
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "log_bucket" {
  statement {
    sid       = "LogDelivery"
    actions   = ["s3:PutObject"]
    resources = ["${var.log_bucket.arn}/${var.log_prefix}/*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_log_delivery_source.access.arn]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [var.log_bucket.arn, "${var.log_bucket.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = var.log_bucket.id
  policy = data.aws_iam_policy_document.log_bucket.json
}

resource "aws_cloudwatch_log_delivery_source" "access" {
  provider = aws.us_east_1

  name         = "${var.name}-access"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.media.arn
}

resource "aws_cloudwatch_log_delivery_destination" "access" {
  provider = aws.us_east_1

  name          = "${var.name}-access"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = "${var.log_bucket.arn}/${var.log_prefix}"
  }
}

resource "aws_cloudwatch_log_delivery" "access" {
  provider = aws.us_east_1

  delivery_source_name     = aws_cloudwatch_log_delivery_source.access.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.access.arn
  record_fields            = local.log_fields

  s3_delivery_configuration {
    suffix_path = "/{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

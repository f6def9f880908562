data "aws_iam_policy_document" "media_bucket" {
  statement {
    sid       = "CdnReads"
    actions   = ["s3:GetObject"]
    resources = ["${var.media_bucket.arn}/media/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "AWS:SourceArn"
      values   = [aws_cloudfront_distribution.media.arn]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [var.media_bucket.arn, "${var.media_bucket.arn}/*"]

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

resource "aws_s3_bucket_policy" "media" {
  bucket = var.media_bucket.id
  policy = data.aws_iam_policy_document.media_bucket.json
}

# What the portal itself may do: store media, and have the edge forget what was replaced.
data "aws_iam_policy_document" "publisher" {
  statement {
    sid       = "StoreMedia"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.media_bucket.arn}/media/*"]
  }

  statement {
    sid       = "SeeWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = [var.media_bucket.arn]
  }

  statement {
    sid       = "Purge"
    actions   = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
    resources = [aws_cloudfront_distribution.media.arn]
  }
}

resource "aws_iam_policy" "publisher" {
  name        = "${var.name}-publisher"
  description = "For the portal's role: store media, purge the CDN"
  policy      = data.aws_iam_policy_document.publisher.json
}

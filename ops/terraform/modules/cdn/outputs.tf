output "domain_name" {
  description = "CloudFront's own host name, the target of the alias records."
  value       = aws_cloudfront_distribution.media.domain_name
}

output "hosted_zone_id" {
  description = "Route 53 zone of CloudFront, for alias records."
  value       = aws_cloudfront_distribution.media.hosted_zone_id
}

output "distribution_id" {
  description = "Distribution id; the portal purges with it."
  value       = aws_cloudfront_distribution.media.id
}

output "distribution_arn" {
  description = "Distribution ARN."
  value       = aws_cloudfront_distribution.media.arn
}

output "key_group_id" {
  description = "Key group whose signatures open /media/signed/."
  value       = aws_cloudfront_key_group.signers.id
}

output "public_key_ids" {
  description = "Key-Pair-Id of each signing key, by its name; the portal signs with one of them."
  value       = { for name, key in aws_cloudfront_public_key.signing : name => key.id }
}

output "publisher_policy_arn" {
  description = "IAM policy to attach to the portal's role: store media, purge."
  value       = aws_iam_policy.publisher.arn
}

output "web_acl_arn" {
  description = "WAF web ACL of the distribution."
  value       = aws_wafv2_web_acl.this.arn
}

output "alarm_names" {
  description = "CloudWatch alarms in us-east-1."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}

output "media_bucket_policy_json" {
  description = "Policy of the media bucket: only this distribution reads, only over TLS."
  value       = data.aws_iam_policy_document.media_bucket.json
}

output "id" {
  description = "Bucket name."
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "Bucket ARN."
  value       = aws_s3_bucket.this.arn
}

output "bucket_regional_domain_name" {
  description = "Regional host name of the bucket, the one CloudFront needs."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

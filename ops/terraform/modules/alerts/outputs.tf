output "topic_arn" {
  description = "ARN of the SNS topic that alarms notify."
  value       = aws_sns_topic.this.arn
}

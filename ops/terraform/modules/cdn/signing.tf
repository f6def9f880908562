# Several keys at once, so that a rotation never turns away an address signed a minute earlier.
resource "aws_cloudfront_public_key" "signing" {
  for_each = var.signing_public_keys

  name        = "${var.name}-${each.key}"
  comment     = "Opens signed media of ${var.name}"
  encoded_key = each.value
}

resource "aws_cloudfront_key_group" "signers" {
  name    = "${var.name}-signers"
  comment = "Keys that open /media/signed/"
  items   = [for key in aws_cloudfront_public_key.signing : key.id]
}

"""A local AWS for the Terraform cycle and the storage tests: moto, with a CloudFront of ours in front.

moto 5.2.1 lacks CloudFront's policies and functions, drops fields of a distribution on read-back (a second
plan is then never empty) and cannot delete key groups. This is a model of AWS, not proof that AWS takes
every value.
"""

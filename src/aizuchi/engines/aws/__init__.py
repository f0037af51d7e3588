"""AWS: SQS wakes, DynamoDB knows. Importing this costs a cold function nothing."""

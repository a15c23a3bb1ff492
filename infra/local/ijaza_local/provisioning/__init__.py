"""What `ijaza provision` makes: topics and permissions on Kafka, indexes in the stores."""

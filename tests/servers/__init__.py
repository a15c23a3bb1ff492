"""Real servers that tests start themselves: Kafka, and one that speaks MongoDB's protocol."""

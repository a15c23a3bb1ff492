"""What the store on MongoDB promises besides the port, seen on the wire and under faults."""

"""The way out: deliveries, jobs and what else a worker does beside the doors. The rows are the queue."""

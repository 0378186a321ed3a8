"""What the tests stand on: managed services, factories, clients."""

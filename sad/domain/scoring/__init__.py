"""From bids and a grid to points, ranks and sentences, exactly."""

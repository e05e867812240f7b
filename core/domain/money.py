"""Money is whole kopecks, quantities whole thousandths; their product is rounded here and nowhere else."""


def line_sum(price_kop: int, quantity_milli: int) -> int:
    """Price × quantity in kopecks, half up."""
    return (price_kop * quantity_milli + 500) // 1000

"""clipkit: the helper package of the CLIP workbook."""

"""FAT12, FAT16 and FAT32 with long names, read without mounting: EFI system partitions are of this kind."""

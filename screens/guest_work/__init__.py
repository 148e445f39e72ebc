"""What a screen does inside a guest: inspect it, apply a remedy, save directories; with its dialogs and progress."""

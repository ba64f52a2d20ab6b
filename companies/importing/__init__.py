"""Reading of catalogue spreadsheets as agencies keep them. Pure: no Django, no database, no network."""

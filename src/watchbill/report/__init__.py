"""Values to what people read: tables, CSV, differences."""

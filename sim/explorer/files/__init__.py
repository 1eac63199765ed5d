"""What comes in and goes out: uploads checked as data, run folders, zips, things to share."""

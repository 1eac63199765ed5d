"""The pages, one file each, run as scripts by Streamlit; a page is listed in the navigation when its file is there."""

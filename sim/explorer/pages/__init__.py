"""The pages, a module each with a function ``page`` that draws it; :data:`sim.explorer.parts.ui.PAGES` lists them."""

"""What pages say, as data: flows, comparisons, decisions, rules, method and proof. Nothing here draws on a page."""

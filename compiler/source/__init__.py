"""Files of YAML → located trees and findings about their text; trees changed, and pointed into."""

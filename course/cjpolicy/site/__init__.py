"""The reading edition: the lessons as pages that open from disk, made from the same notebooks."""

from cjpolicy.site.build import make_site

__all__ = ["make_site"]

"""The two blueprints of this feature: one for those who hand in, one for those who mark."""

from flask import Blueprint

assessments = Blueprint(
    "assessments", __name__, url_prefix="/assessments", template_folder="../templates"
)
marking = Blueprint("marking", __name__, url_prefix="/marking", template_folder="../templates")

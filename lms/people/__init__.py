"""Accounts, roles, cohorts, enrolments, employments and invitations."""

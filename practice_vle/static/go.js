// Posts the page's only form at once; without this script its Continue button does the same.
document.querySelector("form[data-go]").submit();

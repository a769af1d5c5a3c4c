/** Text that Terraform leaves as it is: it replaces `${…}` and obeys `%{…}` in every string. */
export const escapeTemplate = (text: string): string => text.replaceAll(/([$%])\{/g, "$1$1{");

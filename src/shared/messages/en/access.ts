// Why a request may not come in.

export const access = {
  "foreign-host/several": () => "The request names more than one host.",
  "foreign-host": ({ host }: { readonly host: string }) =>
    `“${host}” is no name of this hub. Use its address, or start it with --allowed-host.`,
  "foreign-origin": () => "A page of another site may not use this hub.",
};

/** How many a fault has hit, of how many there were. */
export type Hits = { count: number; of: number; what: 'clients' | 'connections' | 'addresses' };

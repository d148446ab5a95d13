// The published data models, field by field.

export const STOCK_LEVEL = { productId: "string", locationId: "string", quantity: "number", version: "number" };
export const STOCK_MOVEMENT = { id: "string", productId: "string", locationId: "string" };

export const INITIAL_SYNC = {
  stockLevels: "array",
  recentMovements: "array",
  syncTimestamp: "date",
  tenantId: "string",
  locationId: "string?",
};

export const INVENTORY_UPDATED = {
  productId: "string",
  locationId: "string",
  newQuantity: "number",
  updatedBy: "string",
  timestamp: "date",
  version: "number",
};

export const UPDATE_CONFIRMED = { eventId: "string", newVersion: "number", timestamp: "date" };

export const SYNC_CONFLICT = {
  id: "string",
  tenantId: "string",
  resourceType: ["stock_level", "product", "transaction"],
  resourceId: "string",
  conflictType: ["concurrent_update", "version_mismatch", "data_inconsistency"],
  localVersion: "any",
  serverVersion: "any",
  timestamp: "date",
  userId: "string",
  locationId: "string?",
};

export const QUEUE_RESULT = { id: "string", success: "boolean", error: "string?" };

export const TENANT_SYNC_STATE = {
  tenantId: "string",
  lastSyncTimestamp: "date",
  pendingOperations: "number",
  conflictCount: "number",
  onlineUsers: "number",
  locations: "object",
};

export const LOCATION_SYNC_STATE = {
  lastSyncTimestamp: "date?",
  pendingOperations: "number",
  conflictCount: "number",
  onlineUsers: "number",
};

export const HEALTH_SYSTEM = {
  totalConnections: "number",
  activeTenants: "number",
  averageConnectionsPerTenant: "number",
};

export const HEALTH_TENANT = { id: "string", connectedUsers: "number", syncState: "object" };

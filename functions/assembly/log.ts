import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../http/log.ts';

/** JSON lines on stdout, as CloudWatch takes them; level by `POWERTOOLS_LOG_LEVEL`. */
export const createLog = (serviceName: string): Log => {
  const logger = new Logger({ serviceName });
  return {
    debug: (message, extra = {}) => logger.debug(message, extra),
    info: (message, extra = {}) => logger.info(message, extra),
    warn: (message, extra = {}) => logger.warn(message, extra),
    error: (message, extra = {}) => logger.error(message, extra),
  };
};

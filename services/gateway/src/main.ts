import './young-arrays.ts';
import { startService } from '@vega/platform';
import { gatewayService } from './gateway.service.ts';

await startService(gatewayService);

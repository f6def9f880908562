DROP TABLE volume_plan, volume_service;

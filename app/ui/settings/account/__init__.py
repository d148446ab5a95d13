"""What a person does at the server in their own name: enrolment codes, second factors, their sign-ins."""

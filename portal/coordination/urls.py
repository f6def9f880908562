"""Care coordinators' addresses, under /admin/desk/."""

from django.urls import path

from portal.coordination import attendance, booking, day, family, phone, register, search, session

app_name = "coordination"
urlpatterns = [
    path("", day.DayView.as_view(), name="day"),
    path("register/", register.RegisterView.as_view(), name="register"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("sessions/<int:session_id>/", attendance.AttendanceView.as_view(), name="attendance"),
    path("sessions/<int:session_id>/cancel/", session.CancelSessionView.as_view(), name="cancel_session"),
    path("sessions/<int:session_id>/move/", session.MoveSessionView.as_view(), name="move_session"),
    path("phone/", phone.FindCaregiverView.as_view(), name="phone"),
    path("phone/new/", phone.InviteCaregiverView.as_view(), name="invite"),
    path("phone/<int:caregiver_id>/", phone.PhoneBookingView.as_view(), name="phone_booking"),
    path("families/<int:caregiver_id>/", family.FamilyView.as_view(), name="family"),
    path("families/<int:caregiver_id>/contact/", family.EditContactView.as_view(), name="edit_contact"),
    path("families/<int:caregiver_id>/people/add/", family.AddPersonView.as_view(), name="add_person"),
    path("families/<int:caregiver_id>/people/<int:person_id>/", family.EditPersonView.as_view(), name="edit_person"),
    path("families/<int:caregiver_id>/notes/<int:note_id>/", family.RemoveNoteView.as_view(), name="remove_note"),
    path("families/<int:caregiver_id>/emails/<int:pk>/", family.EmailView.as_view(), name="email"),
    path("bookings/<int:booking_id>/", booking.BookingView.as_view(), name="booking"),
    path("bookings/<int:booking_id>/balance/", booking.EnterBalanceView.as_view(), name="enter_balance"),
    path("bookings/<int:booking_id>/take-back/", booking.ReverseEntryView.as_view(), name="reverse_entry"),
    path("bookings/<int:booking_id>/move/", booking.MoveBookingView.as_view(), name="move_booking"),
    path("bookings/<int:booking_id>/pay-link/", booking.PayLinkView.as_view(), name="pay_link"),
    path("bookings/<int:booking_id>/hold/", booking.ProlongHoldView.as_view(), name="prolong_hold"),
    path("bookings/<int:booking_id>/waive/", booking.WaiveTermsView.as_view(), name="waive_terms"),
    path("bookings/<int:booking_id>/cancel/", booking.CancelBookingView.as_view(), name="cancel_booking"),
]

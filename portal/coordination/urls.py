"""Care coordinators' addresses, under /admin/desk/."""

from django.urls import path

from portal.coordination import attendance, booking, day, phone, session

app_name = "coordination"
urlpatterns = [
    path("", day.DayView.as_view(), name="day"),
    path("sessions/<int:session_id>/", attendance.AttendanceView.as_view(), name="attendance"),
    path("sessions/<int:session_id>/cancel/", session.CancelSessionView.as_view(), name="cancel_session"),
    path("sessions/<int:session_id>/move/", session.MoveSessionView.as_view(), name="move_session"),
    path("phone/", phone.FindCaregiverView.as_view(), name="phone"),
    path("phone/new/", phone.InviteView.as_view(), name="invite"),
    path("phone/<int:caregiver_id>/", phone.PhoneBookingView.as_view(), name="phone_booking"),
    path("bookings/<int:booking_id>/", booking.BookingView.as_view(), name="booking"),
    path("bookings/<int:booking_id>/balance/", booking.EnterBalanceView.as_view(), name="enter_balance"),
    path("bookings/<int:booking_id>/take-back/", booking.TakeBackView.as_view(), name="take_back"),
    path("bookings/<int:booking_id>/move/", booking.MoveBookingView.as_view(), name="move_booking"),
    path("bookings/<int:booking_id>/cancel/", booking.CancelBookingView.as_view(), name="cancel_booking"),
]
